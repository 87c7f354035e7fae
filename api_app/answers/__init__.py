"""What is answered, by topic: serializers of rows that were loaded with rights. They show; they do not ask who may see."""

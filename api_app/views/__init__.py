"""The endpoints, by topic. How to add one is told in api_app/__init__.py."""

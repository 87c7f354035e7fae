from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('files_app', '0002_numbers_on_photos'),
    ]

    operations = [
        migrations.AddField(
            model_name='upload',
            name='source',
            field=models.CharField(choices=[('upload', 'upload'), ('still', 'still from the call')], default='upload', max_length=8, verbose_name='taken from'),
        ),
    ]

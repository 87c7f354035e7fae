import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
from django.db import migrations, models

WORDS = models.GeneratedField(
    db_persist=True,
    expression=django.contrib.postgres.search.SearchVector("name", "make", "model", "vin", "plate", "city", "concern", config="simple"),
    output_field=django.contrib.postgres.search.SearchVectorField(),
)


class Migration(migrations.Migration):

    dependencies = [
        ('requests_app', '0001_initial'),
    ]

    operations = [
        # A column that another one is made of cannot change its type while that one is there.
        migrations.RemoveIndex("intake", "intake_words"),
        migrations.RemoveField("intake", "words"),
        migrations.AlterField(
            model_name='intake',
            name='name',
            field=models.CharField(validators=[django.core.validators.MaxLengthValidator(120)], verbose_name='name'),
        ),
        migrations.AddField("intake", "words", WORDS),
        migrations.AddIndex("intake", django.contrib.postgres.indexes.GinIndex(fields=["words"], name="intake_words")),
        migrations.AlterField(
            model_name='sessionrequest',
            name='customer_name',
            field=models.CharField(validators=[django.core.validators.MaxLengthValidator(120)], verbose_name='customer'),
        ),
    ]

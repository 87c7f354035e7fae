

import django.core.serializers.json
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='SetAside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source_table', models.CharField(max_length=40, verbose_name='table')),
                ('source_id', models.CharField(max_length=40, verbose_name='id')),
                ('reason', models.CharField(max_length=40, verbose_name='reason')),
                ('row', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='row')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='set aside')),
            ],
            options={
                'verbose_name': 'row set aside',
                'verbose_name_plural': 'rows set aside',
                'ordering': ['source_table', 'source_id'],
                'constraints': [models.UniqueConstraint(fields=('source_table', 'source_id', 'reason'), name='a_row_is_set_aside_once_for_a_reason')],
            },
        ),
    ]

"""SSH keys beside API tokens."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_squashed_0010'),
    ]

    operations = [
        migrations.AddField(
            model_name='token',
            name='public_key',
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name='token',
            name='digest',
            field=models.CharField(db_index=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='token',
            name='prefix',
            field=models.CharField(db_index=True, max_length=20),
        ),
        migrations.AddConstraint(
            model_name='token',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('digest',), name='token_digest_once'),
        ),
        migrations.AddConstraint(
            model_name='token',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('prefix',), name='token_prefix_once'),
        ),
    ]

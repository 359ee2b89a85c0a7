import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_who_made_a_token'),
        ('hosts', '0034_volumes_of_containers'),
    ]

    operations = [
        migrations.CreateModel(
            name='InvitedGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='hosts.group')),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='accounts.onetimelink')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.role')),
            ],
            options={
                'ordering': ['group__name'],
                'constraints': [models.UniqueConstraint(fields=('link', 'group'), name='invited_grant_once')],
            },
        ),
    ]

"""Units have an address, telephone, fax and mailbox for their letters; a case's header names its lead agency"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPLICATION = "siwei_app"
CONTACT = ("address", "address_en", "phone", "fax", "email")


def upgrade() -> None:
    for name in CONTACT:
        op.add_column("org_unit", sa.Column(name, sa.Text(), nullable=True))
    op.execute(f"grant insert ({', '.join(CONTACT)}) on org_unit to {APPLICATION}")
    op.add_column("process_instance", sa.Column("lead_agency", sa.Text(), nullable=True, comment="主辦機關"))
    op.add_column("process_instance", sa.Column("lead_agency_label", sa.Text(), nullable=True))
    op.execute(f"grant insert (lead_agency, lead_agency_label) on process_instance to {APPLICATION}")
    op.execute(
        "update process_instance set lead_agency = variables -> 'lead_agency' ->> 'id',"
        " lead_agency_label = variables -> 'lead_agency' ->> 'label'"
        " where jsonb_typeof(variables -> 'lead_agency') = 'object'"
    )


def downgrade() -> None:
    op.drop_column("process_instance", "lead_agency_label")
    op.drop_column("process_instance", "lead_agency")
    for name in reversed(CONTACT):
        op.drop_column("org_unit", name)

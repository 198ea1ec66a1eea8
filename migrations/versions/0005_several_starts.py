"""A start event may wait for several messages and signals: each begins a case"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("pk_definition_start", "definition_start", type_="primary")
    op.create_primary_key("pk_definition_start", "definition_start", ["definition_id", "element_id", "kind", "name"])


def downgrade() -> None:
    op.execute(
        "delete from definition_start a using definition_start b where a.definition_id = b.definition_id"
        " and a.element_id = b.element_id and (a.kind, a.name) > (b.kind, b.name)"
    )
    op.drop_constraint("pk_definition_start", "definition_start", type_="primary")
    op.create_primary_key("pk_definition_start", "definition_start", ["definition_id", "element_id"])

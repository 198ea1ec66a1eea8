"""PostgreSQL: tables, transactions, queries. The only code that imports SQLAlchemy."""

from engine.store.store import Store, Transaction

__all__ = ["Store", "Transaction"]

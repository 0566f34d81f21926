"""Every table, imported once so that the metadata is whole."""

from __future__ import annotations

from jalon.storage.tables.accounts import (
    Account,
    AccountLink,
    AccountSession,
    Organisation,
    ProductRequest,
    RecoveryCode,
    Registration,
    SignInFailure,
)
from jalon.storage.tables.answers import AnswerRow, AnswerVersion, DraftScore, EvaluationRow, Justification
from jalon.storage.tables.base import METADATA, Table, table_of
from jalon.storage.tables.plugins import EditionApplied, FrozenPlugin, PluginSwitch, StoredReferential
from jalon.storage.tables.revisions import Revision, RevisionScore
from jalon.storage.tables.subjects import Product, ProductBase, ProductShare, ProfileRevision, Subject
from jalon.storage.tables.work import Job, Setting, Trace, TraceExpiry, TraceSeal

__all__ = [
    "METADATA",
    "Account",
    "AccountLink",
    "AccountSession",
    "AnswerRow",
    "AnswerVersion",
    "DraftScore",
    "EditionApplied",
    "EvaluationRow",
    "FrozenPlugin",
    "Job",
    "Justification",
    "Organisation",
    "PluginSwitch",
    "Product",
    "ProductBase",
    "ProductRequest",
    "ProductShare",
    "ProfileRevision",
    "RecoveryCode",
    "Registration",
    "Revision",
    "RevisionScore",
    "Setting",
    "SignInFailure",
    "StoredReferential",
    "Subject",
    "Table",
    "Trace",
    "TraceExpiry",
    "TraceSeal",
    "table_of",
]

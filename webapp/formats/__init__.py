"""What a reader sees, in the reader's language: money, numbers, days, labels of codes, sentences of refusals.

Codes are stored and rules never translate; here is where words are made. Everything is called once a row of a list, so
what depends on the language alone is computed once and kept.
"""

from webapp.formats.jinja import register
from webapp.formats.labels import (
    channel_label,
    field_label,
    job_kind_label,
    job_state_label,
    outcome_label,
    payment_label,
    payment_method_label,
    role_label,
    status_label,
)
from webapp.formats.languages import best_language, language, language_name, select_locale
from webapp.formats.numbers import amount, file_size, integer, money, money_writer
from webapp.formats.problems import problem_text
from webapp.formats.times import age, day, due, long_day, moment, time_of_day

__all__ = [
    "age",
    "amount",
    "best_language",
    "channel_label",
    "day",
    "due",
    "field_label",
    "file_size",
    "integer",
    "job_kind_label",
    "job_state_label",
    "language",
    "language_name",
    "long_day",
    "moment",
    "money",
    "money_writer",
    "outcome_label",
    "payment_label",
    "payment_method_label",
    "problem_text",
    "register",
    "role_label",
    "select_locale",
    "status_label",
    "time_of_day",
]

"""Saved views: named lists of items that people come back to."""

from enum import StrEnum

LONGEST_TITLE = 80
MOST_OWN, MOST_SHARED = 50, 200


class Sharing(StrEnum):
    """For whom a view is."""

    MINE = "mine"
    EVERYBODY = "everybody"

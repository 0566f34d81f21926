"""The rules of an assessment: pure functions over frozen values, standard library only."""

"""Rehearsal: a delivery pipeline, run on this machine."""

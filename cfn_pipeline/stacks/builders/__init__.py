"""Builders for templates of one's own, beside those of whole templates."""

"""Excerpts of registered secrets found again in what leaves the house: text out of files, prints out of text."""

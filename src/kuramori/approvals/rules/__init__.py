"""The rules of requests: who may decide, what a decision is bound to, where a request stands. No clock, no database."""

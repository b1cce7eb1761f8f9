"""Requests with a real secret behind them: approvals lies below the register, so its tests with secrets lie here."""

"""Prices, workloads, scenarios and patterns: what a policy costs. No files, no Qt."""

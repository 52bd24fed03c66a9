"""The verbs: one file per thing that can happen. Each opens and commits its own transactions."""

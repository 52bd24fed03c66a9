"""What a page, a mail or a job needs to know: one query each, answered as plain facts."""

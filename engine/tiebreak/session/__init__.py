"""One live exchange after another: fetch, show, rate, count, record."""

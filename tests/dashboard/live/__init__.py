"""Tests of live lists."""

"""Live lists: what a list is (spec), its filter line, and the hub that keeps every open one true.

Pages read SQL only; nothing here changes anything.
"""

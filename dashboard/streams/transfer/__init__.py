"""Bytes to and from a person at the pace of the slower side, without buffering them.

A view under `transfer/` authorises like any page and returns a `Handover` (handover.py). The rest
runs in the event loop: it reads the request's body as it arrives, and answers. Answers of more than
one piece wait for the browser. A withdrawn right or a browser that goes cancels it. No
`request.body`, `request.POST` there: they are empty.
"""

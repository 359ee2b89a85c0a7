"""Bytes to and from a person at the pace of the slower side: neither spooled nor heaped up.

A view under `transfer/` authorises as any page does (session, token, rights) and gives back a
`Handover` (handover.py). What follows runs in the event loop, without a thread: it reads the
request's body as it arrives, and answers. Answers of more than one piece wait for the browser. A
withdrawn right or a browser that goes cancels it. No `request.body`, `request.POST` there: they
are empty.
"""

# Haulout in an image: the same environment that manage.py makes, the same commands.
FROM docker.io/library/python:3.13-slim-trixie

RUN useradd --system --create-home --uid 10001 haulout \
    && mkdir -p /data /run/haulout /vault \
    && chown haulout: /data /run/haulout /vault
WORKDIR /haulout

# what changes seldom first: packages and browser modules
COPY manage.py requirements.txt requirements-node.txt package.json package-lock.json .npmrc ./
COPY dashboard/__init__.py dashboard/__init__.py
COPY dashboard/bootstrap dashboard/bootstrap
RUN python3 -m dashboard.bootstrap && rm -rf /root/.cache /root/.npm

COPY . .
RUN python3 -m compileall -q dashboard hosts accounts audit

ENV HAULOUT_DATA=/data HAULOUT_RUN=/run/haulout HAULOUT_BIND=0.0.0.0 HAULOUT_PORT=8000
USER haulout
VOLUME ["/data"]
EXPOSE 8000 2222 2223
ENTRYPOINT ["/haulout/.venv/bin/python", "/haulout/manage.py"]
CMD ["web"]

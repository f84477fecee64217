# The bot and nothing else: runs as nobody in particular, writes to /data alone.
#
# The tag follows the security fixes of Python 3.13. For a build that is the same to the byte, look its digest up and
# hand it in:
#   docker buildx imagetools inspect python:3.13-slim --format '{{.Manifest.Digest}}'
#   docker build --build-arg PYTHON_IMAGE=python:3.13-slim@sha256:... .
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS packages
COPY requirements.txt /
# The virtual environment has no pip of its own; no package is built here, each comes as a wheel with a known hash.
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
        --require-hashes --only-binary :all: -r /requirements.txt

FROM ${PYTHON_IMAGE}
RUN groupadd --gid 10001 bot \
    && useradd --uid 10001 --gid bot --no-create-home --home-dir /data --shell /usr/sbin/nologin bot \
    && install --directory --owner=bot --group=bot --mode=700 /data
COPY --from=packages /venv /venv

# Owned by root: the bot can read its code, not change it. It runs from its folder and is not installed.
WORKDIR /app
COPY pyproject.toml ./
COPY locales locales
COPY storage storage
COPY bot bot
RUN python -m compileall -q bot storage

# An empty PYTHONTZPATH lets the pinned tzdata win over the zones of the base image (Astana is +05:00 since 2024-03-01).
ENV PATH=/venv/bin:$PATH \
    PYTHONTZPATH="" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BOT_DATABASE_URL=sqlite:////data/visits.sqlite

# The webhook (BOT_LISTEN) and, not for the public, health and metrics (BOT_METRICS). Nothing listens unless it is set.
EXPOSE 8080 9090

USER 10001:10001
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-m", "bot", "health"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]

# One image for API, worker and the one-shot commands: docker run voxloop server | worker | migrate | starter | status

FROM python:3.11-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# Every locked package becomes a wheel, checked by its hash; from these wheels alone the runtime ones are installed.
COPY requirements.lock ./
RUN sed -n '/^setuptools==/,/[^\\]$/p' requirements.lock > build.lock \
    && pip install --no-cache-dir --require-hashes -r build.lock \
    && pip wheel --no-cache-dir --require-hashes --no-build-isolation --wheel-dir /wheels -r requirements.lock
COPY . .
RUN python -m venv /opt/voxloop \
    && /opt/voxloop/bin/pip install --no-index --find-links=/wheels .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/voxloop --create-home voxloop
COPY --from=build /opt/voxloop /opt/voxloop
ENV PATH=/opt/voxloop/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VOXLOOP_HOST=0.0.0.0 \
    VOXLOOP_PORT=8000 \
    VOXLOOP_VAR=/var/lib/voxloop
USER voxloop
WORKDIR /var/lib/voxloop
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['VOXLOOP_PORT']}/health/live\", timeout=4)"]
ENTRYPOINT ["voxloop"]
CMD ["server"]

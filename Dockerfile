# The wheel is built from the source in the first stage; the second holds the program and nothing to build with.
FROM python:3.12-slim-bookworm AS build
WORKDIR /source
COPY requirements requirements
RUN python -m venv /opt/mix && /opt/mix/bin/pip install --no-cache-dir --require-hashes --requirement requirements/runtime.txt
COPY . .
RUN apt-get update && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
 && PYTHONPATH=src /opt/mix/bin/python deploy/wheel.py /wheels \
 && /opt/mix/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.12-slim-bookworm
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 990 mix \
 && useradd --system --uid 990 --gid mix --create-home --home-dir /var/lib/mix mix \
 && useradd --system --uid 991 --gid mix --no-create-home --home-dir /var/lib/mix-sealer mix-sealer \
 && chmod 0700 /var/lib/mix \
 && install --directory --owner mix-sealer --group mix --mode 0700 /var/lib/mix-sealer \
 && install --directory --owner mix-sealer --group mix --mode 0750 /run/mix
COPY --from=build /opt/mix /opt/mix
ENV PATH=/opt/mix/bin:$PATH PYTHONUNBUFFERED=1 MIX_DATA_DIR=/var/lib/mix MIX_HOST=0.0.0.0 PORT=8000
USER mix
VOLUME /var/lib/mix
EXPOSE 8000
HEALTHCHECK --interval=20s --timeout=5s --start-period=60s CMD ["python", "-c", "import os, urllib.request as u; host = os.environ['MIX_BASE_URL'].split('/')[2]; u.urlopen(u.Request('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', headers={'Host': host}), timeout=4)"]
CMD ["mix", "serve", "--alone"]

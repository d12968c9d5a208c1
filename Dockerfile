# One image for every process of SUA; compose.yaml says which one a container is.
FROM node:22-bookworm-slim AS portal
WORKDIR /src/portal
COPY portal/package.json portal/package-lock.json portal/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY portal ./
# The types of its questions are made from the contract.
COPY app/graphql/schema.graphql /src/app/graphql/schema.graphql
RUN npm run build

FROM python:3.12-slim-bookworm AS build
RUN python -m venv /opt/sua
COPY runtime.lock /src/
RUN /opt/sua/bin/pip install --no-cache-dir --require-hashes -r /src/runtime.lock
COPY pyproject.toml /src/
COPY app /src/app
COPY migrations /src/migrations
# The build backend comes with hashes too, into a place of its own that stays behind.
COPY requirements.lock /src/
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes -r /src/requirements.lock \
    && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /dist /src \
    && /opt/sua/bin/pip install --no-cache-dir --no-deps --no-index /dist/*.whl

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home sua
COPY --from=build /opt/sua /opt/sua
COPY --from=portal /src/portal/dist /opt/sua/share/sua/portal
ENV PATH=/opt/sua/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER sua
WORKDIR /tmp
EXPOSE 8000
CMD ["sua", "--help"]

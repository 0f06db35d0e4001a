# The libraries of the machine: Python, Pango, the typeface of the letters.
FROM debian:trixie-slim AS machine
WORKDIR /srv/vanthu
COPY .ci .ci
RUN .ci/setup system && rm -rf /var/lib/apt/lists/* .tools

# Everything `make setup` makes; Node and uv stay behind.
FROM machine AS build
COPY . .
RUN UV_COMPILE_BYTECODE=1 .ci/setup && rm -rf .tools node_modules tests .ci

FROM machine
RUN useradd --system --home-dir /var/lib/vanthu --create-home vanthu
COPY --from=build /srv/vanthu .
ENV PATH=/srv/vanthu/.venv/bin:$PATH VANTHU_ENV=production DATA_DIR=/var/lib/vanthu
USER vanthu
VOLUME /var/lib/vanthu
EXPOSE 8000
CMD ["vanthu", "web", "--host", "0.0.0.0"]

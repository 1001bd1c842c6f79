# Two stages: what builds stays behind, the image is the program and what it needs at run time.
FROM rust:1-slim-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package chelal \
 && install -D --mode=0755 target/release/chelal /out/chelal

FROM debian:bookworm-slim
# Certificates of mail and SMS providers; nothing else is called from outside the program.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --no-create-home --user-group --uid 10001 --home-dir /var/lib/chelal --shell /usr/sbin/nologin chelal \
 && install --directory --owner=chelal --group=chelal --mode=0700 /var/lib/chelal
COPY --from=build /out/chelal /usr/local/bin/chelal
USER 10001
ENV CHELAL_BIND=0.0.0.0:8000 \
    CHELAL_DATA_DIR=/var/lib/chelal
WORKDIR /var/lib/chelal
VOLUME /var/lib/chelal
EXPOSE 8000
# The program itself looks whether it is ready; no curl in the image.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["chelal", "health"]
ENTRYPOINT ["chelal"]
CMD ["serve"]

# Two stages: all that a build needs, and what the programs need to run.
FROM debian:bookworm-slim AS build
WORKDIR /src
# The packages first: they change less often than the sources.
COPY scripts/lib/ui.sh scripts/lib/packages.sh scripts/lib/
RUN bash -euc 'root=/src; . scripts/lib/ui.sh; . scripts/lib/packages.sh; need_packages "${packages_build[@]}"' \
  && rm -rf /var/lib/apt/lists/*
# All that .dockerignore admits.
COPY . .
RUN bash -euc 'root=/src; . scripts/lib/ui.sh; . scripts/lib/build.sh; build_preset release remitd remit-sandbox' \
  && mkdir /programs && cp build/release/remitd build/release/remit-sandbox /programs/ \
  && strip /programs/*

FROM debian:bookworm-slim
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    ca-certificates libboost-url1.81.0 libfmt9 libpq5 libpqxx-6.4 libprometheus-cpp-core1.0 libspdlog1.10 libssl3 \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 remit \
  && useradd --uid 10001 --gid remit --no-create-home --home-dir / --shell /usr/sbin/nologin remit \
  && install -d -o remit -g remit /run/remit /var/lib/remit
COPY --from=build /programs/ /usr/local/bin/
USER 10001:10001
# SIGTERM is a clean stop: remitd finishes its requests and gives its leases back.
STOPSIGNAL SIGTERM
EXPOSE 9999
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["remitd", "health"]
ENTRYPOINT ["remitd"]
CMD ["serve"]

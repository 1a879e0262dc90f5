# One image for api, worker, scribe and migrations; the command decides.
# scripts/pin-images.mjs adds the digests of the images, here and in docker-compose.yml.
FROM node:22.20.0-bookworm-slim AS build
ENV TURBO_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1
WORKDIR /inlet
# allowScripts in package.json needs npm 11; the image brings 10.
RUN npm install --global npm@11.19.1
COPY . .
RUN npm ci && npm run build
# What runs needs neither compilers, nor the embedded Postgres (an optional dependency), nor Prisma's tools and studio (an optional peer).
RUN rm -rf node_modules && npm ci --omit=dev --omit=optional --omit=peer \
  && rm -rf apps/*/src packages/*/src tests bench scripts .turbo node_modules/.cache

FROM node:22.20.0-bookworm-slim
# git: the git connector clones with it. chromium-headless-shell: web sources with render "browser".
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates chromium-headless-shell git \
  && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
  && install -d -o node -g node /var/lib/inlet/work
# HEALTHCHECK_PORT is the port of /health: 3210 for the api, 3211 for a worker, 3212 for a scribe.
ENV NODE_ENV=production INLET_WORK_DIR=/var/lib/inlet/work HEALTHCHECK_PORT=3210
WORKDIR /inlet
COPY --from=build /inlet ./
USER node
EXPOSE 3210 3211 3212
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.HEALTHCHECK_PORT + '/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/api/dist/main.js"]

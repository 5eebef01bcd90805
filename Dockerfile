# The bridge in a container: docker build -t crosschat-bridge . (docs/container.md says how to run it)
FROM docker.io/library/node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY bridges/matrix/no-crypto bridges/matrix/no-crypto
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY bridges bridges
COPY web web
RUN npm run --silent build && chmod +x dist/src/main.js && npm prune --omit=dev

FROM docker.io/library/node:24-bookworm-slim
# Nothing is installed or compiled in here any more.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
  && mkdir /config /data && chown node:node /data \
  && ln -s /app/dist/src/main.js /usr/local/bin/crosschat-bridge
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/bridges/matrix/no-crypto /app/bridges/matrix/no-crypto
COPY --from=build /app/dist /app/dist
COPY web /app/web
COPY package.json LICENSE /app/
ENV NODE_ENV=production DATA_DIR=/data HTTP_HOST=0.0.0.0 HTTP_PORT=8080
# config.yaml or .env are looked for here: mount a folder, or set variables instead.
WORKDIR /config
VOLUME /data
EXPOSE 8080
USER node
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/main.js"]

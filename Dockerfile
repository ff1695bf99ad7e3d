# BuildKit sets BUILDPLATFORM. Builders without BuildKit, as on old runners, don't, and
# refuse an empty platform.
FROM --platform=${BUILDPLATFORM:-linux/amd64} golang:1.26.9-bookworm@sha256:d9c68c2c51161e12fd77e4c6320687c9cd86e1af1e3ad6e6cd63ff970641453c AS build
WORKDIR /src
COPY go.mod go.sum main.go action.yml ./
COPY internal internal
ARG TARGETARCH
ARG VERSION=dev
ARG COMMIT
# The program contains no trace of the machine, the time or the folder, so every build
# of a commit has the same bytes.
RUN CGO_ENABLED=0 GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X main.version=$VERSION -X main.commit=$COMMIT" -o /astro-apply .

# Busybox instead of scratch: runners on Kubernetes start a step with sh, env and tail
# from the image. The user is root, because only root can write the runner's files on
# every kind of runner. The runner sets the working directory.
FROM busybox:1.37.0-musl@sha256:5cec3fc171c87218698e85a52af7087de727372aae264a787b8112901a5b0092
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /astro-apply /astro-apply
ARG VERSION=dev
ARG COMMIT
ARG SOURCE
LABEL org.opencontainers.image.title="astro-apply" \
      org.opencontainers.image.description="Makes the resources of an Astro Organization match a YAML manifest" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT"
# The exec form makes the process PID 1, which gets the runner's signals.
ENTRYPOINT ["/astro-apply"]

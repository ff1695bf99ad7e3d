FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum main.go action.yml ./
COPY internal internal
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /astro-apply .

# Not scratch: runners on Kubernetes start a step with the image's own sh, env
# and tail. The user stays root, who alone may write the runner's files on
# every kind of runner, and the runner sets the working directory.
FROM busybox:1.37.0-musl
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /astro-apply /astro-apply
ARG VERSION=dev
LABEL org.opencontainers.image.title="astro-apply" \
      org.opencontainers.image.description="Makes the resources of an Astro Organization match a YAML manifest" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
# Exec form: the process is PID 1 and gets the runner's signals.
ENTRYPOINT ["/astro-apply"]

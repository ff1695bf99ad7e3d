package main

import (
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v4"
)

var (
	dockerfileLine  = regexp.MustCompile(`(?m)^(  image: )Dockerfile$`)
	digestReference = regexp.MustCompile(`^[a-z0-9][a-z0-9.:-]*(/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}$`)
)

// pinImage returns action.yml with the image instead of the Dockerfile. Users of the
// release commit then get exactly that image, and their jobs build nothing.
func pinImage(action []byte, image string) ([]byte, error) {
	if !digestReference.MatchString(image) {
		return nil, fmt.Errorf("image %q must be host/name@sha256:…, because a tag could change", image)
	}
	if n := len(dockerfileLine.FindAll(action, -1)); n != 1 {
		return nil, fmt.Errorf("action.yml: %d lines are \"  image: Dockerfile\", must be one", n)
	}
	pinned := dockerfileLine.ReplaceAll(action, []byte("${1}docker://"+image))
	var got struct{ Runs struct{ Using, Image string } }
	if err := yaml.Unmarshal(pinned, &got); err != nil {
		return nil, fmt.Errorf("action.yml: %w", err)
	}
	if got.Runs.Using != "docker" || got.Runs.Image != "docker://"+image {
		return nil, fmt.Errorf("action.yml would run %q with %q, not %q with docker", got.Runs.Image, got.Runs.Using, image)
	}
	return pinned, nil
}

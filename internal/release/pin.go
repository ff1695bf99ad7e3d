package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

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
	out := dockerfileLine.ReplaceAll(action, []byte("${1}docker://"+image))
	got, err := parseRuns(out)
	if err != nil {
		return nil, err
	}
	if got.pinnedImage() != image {
		return nil, fmt.Errorf("action.yml would run %q, not %q", got.Image, image)
	}
	return out, nil
}

// actionRuns is the section runs of action.yml.
type actionRuns struct{ Using, Image, Entrypoint string }

// pinnedImage returns the image that the action runs, "" if it builds one.
func (r actionRuns) pinnedImage() string {
	image, _ := strings.CutPrefix(r.Image, "docker://")
	if image == r.Image {
		return ""
	}
	return image
}

func parseRuns(action []byte) (actionRuns, error) {
	var a struct{ Runs actionRuns }
	if err := yaml.Load(bytes.TrimSpace(action), &a); err != nil {
		return actionRuns{}, fmt.Errorf("action.yml: %w", err)
	}
	if a.Runs.Using != "docker" {
		return actionRuns{}, fmt.Errorf("action.yml: runs.using is %q, must be docker", a.Runs.Using)
	}
	return a.Runs, nil
}

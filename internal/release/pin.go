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

// pinImage is action.yml with the image instead of the Dockerfile, in its one line,
// so that whoever uses the commit gets just that image and builds nothing.
func pinImage(action []byte, image string) ([]byte, error) {
	if !digestReference.MatchString(image) {
		return nil, fmt.Errorf("image %q is not host/name@sha256:…, so it could change", image)
	}
	if n := len(dockerfileLine.FindAll(action, -1)); n != 1 {
		return nil, fmt.Errorf("action.yml: %d lines are \"  image: Dockerfile\", want one", n)
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

// actionRuns is what action.yml says about how the action runs.
type actionRuns struct{ Using, Image, Entrypoint string }

// pinnedImage is the image that it runs, "" if it builds one.
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
		return actionRuns{}, fmt.Errorf("action.yml runs using %q, not docker", a.Runs.Using)
	}
	return a.Runs, nil
}

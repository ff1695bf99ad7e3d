package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

var (
	built  = regexp.MustCompile(`(?m)^(  image: )Dockerfile$`)
	digest = regexp.MustCompile(`^[a-z0-9][a-z0-9.:-]*(/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}$`)
)

// pin is action.yml with the image instead of the Dockerfile, in its one line,
// so that whoever uses the commit gets just that image and builds nothing.
func pin(action []byte, image string) ([]byte, error) {
	if !digest.MatchString(image) {
		return nil, fmt.Errorf("image %q is not host/name@sha256:…, so it could change", image)
	}
	if n := len(built.FindAll(action, -1)); n != 1 {
		return nil, fmt.Errorf("action.yml: %d lines are \"  image: Dockerfile\", want one", n)
	}
	out := built.ReplaceAll(action, []byte("${1}docker://"+image))
	got, err := runsOf(out)
	if err != nil {
		return nil, err
	}
	if got.image() != image {
		return nil, fmt.Errorf("action.yml would run %q, not %q", got.Image, image)
	}
	return out, nil
}

// runs is what action.yml says about how the action runs.
type runs struct{ Using, Image, Entrypoint string }

// image is the image that it runs, "" if it builds one.
func (r runs) image() string {
	image, _ := strings.CutPrefix(r.Image, "docker://")
	if image == r.Image {
		return ""
	}
	return image
}

func runsOf(action []byte) (runs, error) {
	var a struct{ Runs runs }
	if err := yaml.Load(bytes.TrimSpace(action), &a); err != nil {
		return runs{}, fmt.Errorf("action.yml: %w", err)
	}
	if a.Runs.Using != "docker" {
		return runs{}, fmt.Errorf("action.yml runs using %q, not docker", a.Runs.Using)
	}
	return a.Runs, nil
}

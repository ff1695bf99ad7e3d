package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// release is a version that has a tag.
type release struct {
	*semver.Version
	source string // commit on which the release started: the parent of the tag's commit
}

func compareReleases(a, b release) int { return a.Compare(b.Version) }

// isStable reports whether the version isn't a prerelease.
func isStable(v *semver.Version) bool { return v.Prerelease() == "" }

// parseTags returns the releases of the tags vX.Y.Z, oldest first. It ignores other tags,
// such as v1 and v1.2.
func parseTags(text string) []release {
	var out []release
	for line := range strings.Lines(text) {
		tag, source, _ := strings.Cut(strings.TrimSpace(line), " ")
		if text, ok := strings.CutPrefix(tag, "v"); ok {
			if v, err := semver.StrictNewVersion(text); err == nil {
				out = append(out, release{v, source})
			}
		}
	}
	slices.SortFunc(out, compareReleases)
	return out
}

// nextVersion returns the version to release from a commit. request is a version, or
// major, minor or patch, which increment the newest release. If the commit has the release
// already, nextVersion returns it, so that a second attempt completes the first one. It
// rejects a version below the newest one, because users of v1 get the latest release.
func nextVersion(request, commit string, released []release) (*semver.Version, error) {
	newest := newestStable(released)
	increments := map[string]func(semver.Version) semver.Version{
		"major": semver.Version.IncMajor, "minor": semver.Version.IncMinor, "patch": semver.Version.IncPatch,
	}
	increment := increments[request]
	wanted, err := semver.StrictNewVersion(strings.TrimPrefix(request, "v"))
	if increment == nil && err != nil {
		return nil, fmt.Errorf("version %q: must be major, minor, patch, or a version such as 1.2.3 or 1.3.0-rc.1", request)
	}
	for _, r := range released {
		switch {
		case r.source != commit:
		case increment == nil && r.Equal(wanted), increment != nil && isStable(r.Version):
			return r.Version, nil
		case isStable(r.Version):
			return nil, fmt.Errorf("commit %s is already released as v%s: there is nothing to release", commit, r)
		}
	}
	switch {
	case increment != nil && newest == nil:
		return semver.New(1, 0, 0, "", ""), nil
	case increment != nil:
		v := increment(*newest)
		return &v, nil
	case wanted.Metadata() != "":
		return nil, fmt.Errorf("version %q: remove the build metadata after +", request)
	case slices.ContainsFunc(released, func(r release) bool { return r.Equal(wanted) }):
		return nil, fmt.Errorf("version %s already has a tag, and tags never move: release the next version", wanted)
	case newest != nil && wanted.LessThan(newest):
		return nil, fmt.Errorf("version %s is older than %s, the newest release: release a newer version", wanted, newest)
	}
	return wanted, nil
}

// newestStable returns the newest version that isn't a prerelease, or nil.
func newestStable(released []release) *semver.Version {
	for _, r := range slices.Backward(released) {
		if isStable(r.Version) {
			return r.Version
		}
	}
	return nil
}

// versionFacts returns what follows from a version, in one line: the tag with which its
// notes compare, or -; whether it becomes the latest release; and the tags that move to it.
func versionFacts(version string, released []release) (string, error) {
	v, err := semver.StrictNewVersion(version)
	if err != nil {
		return "", fmt.Errorf("version %q: %w", version, err)
	}
	previous := "-"
	if p := previousVersion(v, released); p != nil {
		previous = "v" + p.String()
	}
	isLatest := isStable(v) && !cmp.Or(newestStable(released), v).GreaterThan(v)
	return strings.Join(append([]string{previous, fmt.Sprint(isLatest)}, floatingTags(v, released)...), " "), nil
}

// previousVersion returns the version with which the notes of v compare: the newest older
// version. If v isn't a prerelease, it ignores prereleases. It returns nil if v is the first.
func previousVersion(v *semver.Version, released []release) *semver.Version {
	older := slices.DeleteFunc(slices.Clone(released), func(o release) bool { return !o.LessThan(v) })
	if isStable(v) {
		return newestStable(older)
	}
	if len(older) == 0 {
		return nil
	}
	return older[len(older)-1].Version
}

// floatingTags returns the tags that move to v, such as v1 and v1.2. A prerelease moves no
// tag. No tag moves back to an older version, whose job may run again after a newer release.
func floatingTags(v *semver.Version, released []release) []string {
	if !isStable(v) {
		return nil
	}
	var out []string
	for _, prefix := range []string{fmt.Sprintf("v%d.", v.Major()), fmt.Sprintf("v%d.%d.", v.Major(), v.Minor())} {
		if !slices.ContainsFunc(released, func(o release) bool {
			return isStable(o.Version) && o.GreaterThan(v) && strings.HasPrefix("v"+o.String(), prefix)
		}) {
			out = append(out, strings.TrimSuffix(prefix, "."))
		}
	}
	return out
}

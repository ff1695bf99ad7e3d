package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// parseVersions returns the versions of the tags vX.Y.Z, oldest first. It ignores other
// tags, such as v1 and v1.2.
func parseVersions(tags []string) []*semver.Version {
	var out []*semver.Version
	for _, tag := range tags {
		if text, ok := strings.CutPrefix(tag, "v"); ok {
			if v, err := semver.StrictNewVersion(text); err == nil {
				out = append(out, v)
			}
		}
	}
	slices.SortFunc(out, (*semver.Version).Compare)
	return out
}

// nextVersion returns the version to release. request is a version, or major, minor or
// patch, which increment the newest release. nextVersion rejects a version below the
// newest one, because users of v1 get the latest release.
func nextVersion(request string, released []*semver.Version) (*semver.Version, error) {
	newest := latestStable(released)
	switch request {
	case "major", "minor", "patch":
		if newest == nil {
			return semver.New(1, 0, 0, "", ""), nil
		}
		v := map[string]func() semver.Version{"major": newest.IncMajor, "minor": newest.IncMinor, "patch": newest.IncPatch}[request]()
		return &v, nil
	}
	v, err := semver.StrictNewVersion(strings.TrimPrefix(request, "v"))
	switch {
	case err != nil:
		return nil, fmt.Errorf("version %q: must be major, minor, patch, or a version such as 1.2.3 or 1.3.0-rc.1", request)
	case v.Metadata() != "":
		return nil, fmt.Errorf("version %q: remove the build metadata after +", request)
	case slices.ContainsFunc(released, v.Equal):
		return nil, fmt.Errorf("version %s already has a tag, and tags never move: release the next version", v)
	case newest != nil && v.LessThan(newest):
		return nil, fmt.Errorf("version %s is older than %s, the newest release: release a newer version", v, newest)
	}
	return v, nil
}

// latestStable returns the newest version that isn't a prerelease, or nil.
func latestStable(released []*semver.Version) *semver.Version {
	for _, v := range slices.Backward(released) {
		if v.Prerelease() == "" {
			return v
		}
	}
	return nil
}

// previousVersion returns the version with which the notes of v compare: the newest older
// version. If v isn't a prerelease, it ignores prereleases. It returns nil if v is the first.
func previousVersion(v *semver.Version, released []*semver.Version) *semver.Version {
	older := slices.DeleteFunc(slices.Clone(released), func(o *semver.Version) bool { return !o.LessThan(v) })
	if v.Prerelease() == "" {
		return latestStable(older)
	}
	if len(older) == 0 {
		return nil
	}
	return older[len(older)-1]
}

// floatingTags returns the tags that move to v, such as v1 and v1.2. A prerelease moves no
// tag. No tag moves back to an older version, whose publish job may run again after a newer
// release.
func floatingTags(v *semver.Version, released []*semver.Version) []string {
	if v.Prerelease() != "" {
		return nil
	}
	var out []string
	for _, prefix := range []string{fmt.Sprintf("v%d.", v.Major()), fmt.Sprintf("v%d.%d.", v.Major(), v.Minor())} {
		if !slices.ContainsFunc(released, func(o *semver.Version) bool {
			return o.Prerelease() == "" && o.GreaterThan(v) && strings.HasPrefix("v"+o.String(), prefix)
		}) {
			out = append(out, strings.TrimSuffix(prefix, "."))
		}
	}
	return out
}

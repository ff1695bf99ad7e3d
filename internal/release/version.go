package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// parseVersions are those of the tags vX.Y.Z, oldest first. Other tags, v1 and v1.2
// among them, are none.
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

// nextVersion is the version that a word means: major, minor or patch, counted from
// the newest release, or a version. There is no way back: users of v1 get what
// was released last.
func nextVersion(word string, released []*semver.Version) (*semver.Version, error) {
	newest := latestStable(released)
	switch word {
	case "major", "minor", "patch":
		if newest == nil {
			return semver.New(1, 0, 0, "", ""), nil
		}
		v := map[string]func() semver.Version{"major": newest.IncMajor, "minor": newest.IncMinor, "patch": newest.IncPatch}[word]()
		return &v, nil
	}
	v, err := semver.StrictNewVersion(strings.TrimPrefix(word, "v"))
	switch {
	case err != nil:
		return nil, fmt.Errorf("version %q: say major, minor, patch, or a version such as 1.2.3 or 1.3.0-rc.1", word)
	case v.Metadata() != "":
		return nil, fmt.Errorf("version %q: what follows + is the commit's place", word)
	case slices.ContainsFunc(released, v.Equal):
		return nil, fmt.Errorf("version %s is tagged already, and a tag stays what it is: release the next one", v)
	case newest != nil && v.LessThan(newest):
		return nil, fmt.Errorf("version %s is older than %s, the newest one", v, newest)
	}
	return v, nil
}

// latestStable is the newest version that is no prerelease, or nil.
func latestStable(released []*semver.Version) *semver.Version {
	for _, v := range slices.Backward(released) {
		if v.Prerelease() == "" {
			return v
		}
	}
	return nil
}

// previousVersion is the version that v's notes start from: the one before it, and for
// what isn't a prerelease, the one before it that wasn't either.
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

// floatingTags are the tags that move to v. A prerelease moves none, and none goes
// back to a version that was late: whose publishing is run again after a newer
// one was released.
func floatingTags(v *semver.Version, released []*semver.Version) []string {
	if v.Prerelease() != "" {
		return nil
	}
	var out []string
	for _, to := range []string{fmt.Sprintf("v%d.", v.Major()), fmt.Sprintf("v%d.%d.", v.Major(), v.Minor())} {
		if !slices.ContainsFunc(released, func(o *semver.Version) bool {
			return o.Prerelease() == "" && o.GreaterThan(v) && strings.HasPrefix("v"+o.String(), to)
		}) {
			out = append(out, strings.TrimSuffix(to, "."))
		}
	}
	return out
}

package export

import (
	"testing"

	"astro-apply/internal/resource"
)

// Without what tells an object it would be another one, so it stays out whole.
func TestSkippedField(t *testing.T) {
	t.Parallel()
	k := resource.Kinds().Kind("environmentObject")
	for field, want := range map[string]string{"objectKey": "", "deploymentId": "", "workspaceId": "", "connection": "connection", "links": "links"} {
		if got := skippedField(k, field); got != want {
			t.Errorf("%s: %q stays out, want %q", field, got, want)
		}
	}
}

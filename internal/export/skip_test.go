package export

import (
	"testing"

	"astro-apply/internal/kind"
)

// Without an identifying field, an entry would declare another resource. So a problem in
// such a field skips the whole resource.
func TestSkippedField(t *testing.T) {
	t.Parallel()
	k := kind.All().Kind("environmentObject")
	for field, want := range map[string]string{"objectKey": "", "deploymentId": "", "workspaceId": "", "connection": "connection", "links": "links"} {
		if got := skippedField(k, field); got != want {
			t.Errorf("%s: skips %q, want %q", field, got, want)
		}
	}
}

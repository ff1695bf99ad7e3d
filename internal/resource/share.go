package resource

import (
	"context"
	"encoding/json"
	"sync"

	"astro-apply/internal/astro"
)

// shared is an API that makes each list call once: two kinds may be found in
// one list.
type shared struct {
	API
	mu    sync.Mutex
	lists map[string]func() ([]json.RawMessage, error)
}

func share(api API) *shared {
	return &shared{API: api, lists: map[string]func() ([]json.RawMessage, error){}}
}

// List answers what the first such call was answered. A list below an object is
// not kept.
func (s *shared) List(ctx context.Context, call astro.Call, member string) ([]json.RawMessage, error) {
	if len(call.Params) > 1 {
		return s.API.List(ctx, call, member)
	}
	key := call.Path + "?" + call.Query.Encode()
	s.mu.Lock()
	once := s.lists[key]
	if once == nil {
		once = sync.OnceValues(func() ([]json.RawMessage, error) { return s.API.List(ctx, call, member) })
		s.lists[key] = once
	}
	s.mu.Unlock()
	return once()
}

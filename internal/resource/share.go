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
	lists map[string]*listing
}

// listing is a list that is read once. Those who wait for it wait on a channel,
// as for everything else that takes time.
type listing struct {
	done  chan struct{}
	items []json.RawMessage
	err   error
}

func share(api API) *shared {
	return &shared{API: api, lists: map[string]*listing{}}
}

// List answers what the first such call was answered. A list below an object is
// not kept.
func (s *shared) List(ctx context.Context, call astro.Call, member string) ([]json.RawMessage, error) {
	if len(call.Params) > 1 {
		return s.API.List(ctx, call, member)
	}
	key := call.Path + "?" + call.Query.Encode()
	s.mu.Lock()
	l, there := s.lists[key]
	if !there {
		l = &listing{done: make(chan struct{})}
		s.lists[key] = l
	}
	s.mu.Unlock()
	if there {
		<-l.done
		return l.items, l.err
	}
	defer close(l.done)
	l.items, l.err = s.API.List(ctx, call, member)
	return l.items, l.err
}

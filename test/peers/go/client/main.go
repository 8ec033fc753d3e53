// Command client is what programs written with client-go do: informers, leader election, and every sort of client.
//
//	client informer NAMESPACE     prints what an informer on ConfigMaps is told, a line each
//	client elect NAMESPACE NAME SECONDS   takes part in an election for terms of so long, and prints when it leads
//	client calls NAMESPACE        makes calls of every sort, and prints `ok NAME` or `failed NAME: why` for each
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: client informer|elect|calls NAMESPACE [NAME SECONDS]")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	namespace := os.Args[2]
	var err error
	switch os.Args[1] {
	case "informer":
		err = watchConfigMaps(ctx, namespace)
	case "elect":
		var seconds int
		if seconds, err = strconv.Atoi(os.Args[4]); err == nil {
			err = takePart(ctx, namespace, os.Args[3], seconds)
		}
	case "calls":
		err = makeCalls(ctx, namespace)
	default:
		err = fmt.Errorf("unknown command %q", os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// configure reads KUBECONFIG; CLIENT_CONTENT_TYPE is what the client asks for, JSON where it is empty.
func configure() (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 200, 400
	if contentType := os.Getenv("CLIENT_CONTENT_TYPE"); contentType != "" {
		config.ContentType = contentType
		config.AcceptContentTypes = contentType + ",application/json"
	}
	return config, nil
}

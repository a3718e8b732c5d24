package io.caravan.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerInfoTest {

    private static final String REDIS = """
            # Server\r
            redis_version:7.0.15\r
            redis_mode:cluster\r
            os:Linux 6.1 x86_64\r
            executable:/usr/bin/redis-server\r
            \r
            # Replication\r
            role:slave\r
            master_host:fe80::1\r
            master_port:7001\r
            master_repl_offset:4711\r
            slave_read_repl_offset:garbage\r
            \r
            # Cluster\r
            cluster_enabled:1\r
            """;

    @Test
    void fields_are_found_by_name() {
        ServerInfo info = ServerInfo.parse(REDIS);

        assertThat(info.field("executable")).contains("/usr/bin/redis-server");
        assertThat(info.field("maxmemory")).isEmpty();
    }

    @Test
    void a_value_may_hold_colons() {
        assertThat(ServerInfo.parse(REDIS).field("master_host")).contains("fe80::1");
    }

    @Test
    void a_number_that_is_missing_or_none_is_the_default() {
        ServerInfo info = ServerInfo.parse(REDIS);

        assertThat(info.number("master_repl_offset", -1)).isEqualTo(4711);
        assertThat(info.number("maxmemory", -1)).isEqualTo(-1);
        assertThat(info.number("slave_read_repl_offset", -1)).isEqualTo(-1);
    }

    @Test
    void a_node_says_whether_it_is_of_a_cluster_and_a_replica_of_whom() {
        ServerInfo info = ServerInfo.parse(REDIS);

        assertThat(info.cluster()).isTrue();
        assertThat(info.replica()).isTrue();
        assertThat(info.master()).contains(new NodeAddress("fe80::1", 7001));
    }

    @Test
    void a_standard_master_is_neither() {
        ServerInfo info = ServerInfo.parse("role:master\r\ncluster_enabled:0\r\n");

        assertThat(info.cluster()).isFalse();
        assertThat(info.replica()).isFalse();
        assertThat(info.master()).isEmpty();
    }

    @Test
    void redis_tells_its_version() {
        assertThat(ServerInfo.parse(REDIS).version()).isEqualTo(new ServerVersion("redis", 7, 0, 15));
    }

    @Test
    void valkey_tells_its_own_version_besides_the_one_it_stands_in_for() {
        ServerInfo info = ServerInfo.parse("redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n");

        assertThat(info.version()).isEqualTo(new ServerVersion("valkey", 8, 0, 1));
        assertThat(info.version().valkey()).isTrue();
    }

    @Test
    void a_product_without_a_version_of_its_own_is_named() {
        assertThat(ServerInfo.parse("redis_version:7.3.6\r\nserver_name:redict\r\n")
                        .version())
                .hasToString("Redict 7.3.6");
    }

    @Test
    void an_answer_without_fields_is_version_0() {
        assertThat(ServerInfo.parse("").version()).isEqualTo(new ServerVersion("redis", 0, 0, 0));
    }

    @Test
    void a_master_names_the_replicas_that_say_where_they_listen() {
        ServerInfo info = ServerInfo.parse("""
                role:master
                connected_slaves:3
                slave0:ip=10.0.0.2,port=6380,state=online,offset=14,lag=0
                slave1:ip=10.0.0.9,port=0,state=online,offset=14,lag=0
                slave2:ip=10.0.0.3,port=99999,state=online,offset=14,lag=0
                slave_read_only:1
                """);

        assertThat(info.replicas()).containsExactly(new NodeAddress("10.0.0.2", 6380));
    }
}
